/**
 * Words about money that are not the cause: some providers add to every refusal that it cost nothing ("No credits were
 * charged", OpenRouter, 2026-11).
 */

const MONEY = '(?:credits?|quota|balance|usage|allowance|tokens?|funds|fees?|charges?|costs?)';
const TAKEN =
  '(?:charged|deducted|used(?: up)?|consumed|spent|billed|debited|taken|applied|incurred|affected|reduced|changed|touched|needed|required|counted|exceeded|exhausted|depleted|reached)';
const NOT = "(?:\\bnot|n['’]t|\\bnever|\\bwithout)";
/** After one of these words comes a real cause. */
const NO_CAUSE = '(?!because|since|due|but|until|unless|as |if )';

/** Each matches one such clause and no more, so that the rest is still read. */
const CLAUSES: readonly RegExp[] = [
  // "No credits were charged", "no additional credits will be deducted"
  new RegExp(
    `\\b(?:no|zero|0) (?:\\w+ )?${MONEY} (?:was|were|is|are|will be|ha(?:s|ve) been) (?:\\w+ )?${TAKEN}`,
    'gi',
  ),
  // "it costs no credits", "without using any credits"
  new RegExp(`\\b(?:requir|need|cost|consum|us)(?:es?|s|ed|ing)? (?:no|zero|0) (?:\\w+ )?${MONEY}`, 'gi'),
  // "your quota was not exceeded", "the balance has not been reached"
  new RegExp(`\\b${MONEY} (?:was|were|is|are|will|has|have|had) ?${NOT}(?: be| been)? ${TAKEN}`, 'gi'),
  // "does not count against your quota, ...", "you haven't exceeded your monthly quota"
  new RegExp(
    `${NOT} (?:be |been )?(?:count|charg|deduct|bill|consum|us|debit|affect|exceed|exhaust|reach)(?:e|ed|ing)? (?:${NO_CAUSE}\\w+ ){0,6}?${MONEY}`,
    'gi',
  ),
  // "本次请求未扣除账户余额", "不消耗额度"
  /(?:未|不|不会|没有)(?:扣除|扣减|扣|消耗|占用|影响)[^，。；,.;]{0,8}?(?:余额|额度|配额|费用|积分)/g,
];

/** The message without such clauses. */
export function withoutNothingCharged(message: string): string {
  return CLAUSES.reduce((text, clause) => text.replace(clause, ' '), message);
}
