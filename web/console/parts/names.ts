// Names as people say them on the telephone. Pure functions.
const PATRONYMIC = /(?:[вьмк]ич|[вч]на|оглы|кызы)$/i;

/**
 * Three words with a patronymic have a surname: "Кузнецова Анна Петровна", "Анна Петровна Кузнецова". The second word is
 * looked at first, because a surname may end like a patronymic: "Иван Петрович Абрамович".
 */
export function splitName(said: string): { name: string; surname: string } {
  const [first = '', second = '', third = '', ...more] = said.trim().split(/\s+/);
  if (third && !more.length) {
    if (PATRONYMIC.test(second)) return { surname: third, name: `${first} ${second}` };
    if (PATRONYMIC.test(third)) return { surname: first, name: `${second} ${third}` };
  }
  return { name: said.trim(), surname: '' };
}
