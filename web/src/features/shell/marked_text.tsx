/** A text with the pieces marked that were looked for. */

export interface Piece {
  text: string;
  hit: boolean;
}

/** A title whole, where only the stretch around what was found is marked: numbers at its front tell records apart. */
export function wholeTitle(title: string, pieces: readonly Piece[]): readonly Piece[] {
  const bare = pieces.map((piece) => ({ ...piece, text: piece.text.replaceAll('…', '') }));
  const stretch = bare.map((piece) => piece.text).join('');
  const at = title.indexOf(stretch);
  if (at < 0) return pieces;
  const rest = [
    { text: title.slice(0, at), hit: false },
    ...bare,
    { text: title.slice(at + stretch.length), hit: false },
  ];
  return rest.filter((piece) => piece.text !== '');
}

export function MarkedText({ pieces }: { pieces: readonly Piece[] }) {
  let at = 0;
  return pieces.map((piece) => {
    const key = at;
    at += piece.text.length;
    return piece.hit ? <mark key={key}>{piece.text}</mark> : <span key={key}>{piece.text}</span>;
  });
}
