/** Return a count with its noun, such as `1 user` and `2 users`. */
export function plural(count: number, one: string, many: string) {
  return `${count} ${count === 1 ? one : many}`;
}
