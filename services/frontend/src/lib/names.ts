/** A name of the data, such as `invoice_number` or `seller.vat_id`, as words for people. */
export function spelled(name: string): string {
  const words = name
    .replace(/[._]+/g, " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .trim();
  return (words.charAt(0).toUpperCase() + words.slice(1)).replace(
    /\b(id|iban|bic|vat|url|xml)\b/gi,
    (found) => found.toUpperCase(),
  );
}
