/** Nickname and last four characters, the way treasurers tell accounts apart. An account not yet named is called by its number. */
export function accountLabel({ name, last4 }: { readonly name: string; readonly last4: string }): string {
  return name.includes(last4) ? name : `${name} …${last4}`;
}

export function AccountEnd({ name, last4 }: { readonly name: string; readonly last4: string }) {
  return name.includes(last4) ? null : <span className="muted">…{last4}</span>;
}
