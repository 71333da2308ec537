/** Pictures small enough to travel: scaled, turned upright, and encoded below a limit. */

/** 1.5 MB. */
export const MOST_BYTES = 1_500_000;
/** The longer side at most, in pixels; enough to read a type plate. */
export const LONGEST_SIDE = 2048;

/** Draws at a scale and encodes at a quality. */
export type Encode = (scale: number, quality: number) => Promise<Blob>;

/** The first encoding that fits: quality goes down first, then the size of the picture. */
export async function fitUnder(encode: Encode, mostBytes: number = MOST_BYTES): Promise<Blob> {
  let last: Blob | undefined;
  for (const scale of [1, 0.8, 0.6, 0.4, 0.25]) {
    for (const quality of [0.88, 0.78, 0.66, 0.52]) {
      // Each try depends on whether the one before was small enough.
      // oxlint-disable-next-line no-await-in-loop
      last = await encode(scale, quality);
      if (last.size <= mostBytes) return last;
    }
  }
  if (!last) throw new Error('nothing was encoded');
  return last;
}

export function canvasBlob(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be encoded'))),
      type,
      quality,
    );
  });
}

/** What is drawn over the picture, given the canvas at its final size. */
export type Paint = (context: CanvasRenderingContext2D, width: number, height: number) => void;

/** A photo as a JPEG of at most `mostBytes`, upright, with something drawn on it. Throws when it is no picture. */
export async function shrink(file: Blob, paint?: Paint, mostBytes: number = MOST_BYTES): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const fit = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  try {
    return await fitUnder(async (scale, quality) => {
      canvas.width = Math.max(1, Math.round(picture.width * fit * scale));
      canvas.height = Math.max(1, Math.round(picture.height * fit * scale));
      const context = canvas.getContext('2d');
      if (!context) throw new Error('this browser has no canvas');
      context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      paint?.(context, canvas.width, canvas.height);
      return canvasBlob(canvas, 'image/jpeg', quality);
    }, mostBytes);
  } finally {
    picture.close();
  }
}
