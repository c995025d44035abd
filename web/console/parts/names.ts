// Names as people say them on the telephone. Pure functions.
const PATRONYMIC = /(?:вич|вна|чна|оглы|кызы)$/i;

/** Three words with a patronymic behind the name have a surname: "Кузнецова Анна Петровна", "Анна Петровна Кузнецова". */
export function splitName(said: string): { name: string; surname: string } {
  const [first = '', second = '', third = '', ...more] = said.trim().split(/\s+/);
  if (third && !more.length) {
    if (PATRONYMIC.test(third)) return { surname: first, name: `${second} ${third}` };
    if (PATRONYMIC.test(second)) return { surname: third, name: `${first} ${second}` };
  }
  return { name: said.trim(), surname: '' };
}
