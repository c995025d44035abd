/** The phone has no memory for the picture. `main.ts` tells the worker. */
export class NotDrawn extends Error {
  override name = 'NotDrawn';
}

/** What is drawn on a canvas. Throws NotDrawn. */
export const pngOf = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) => canvas.toBlob((png) => (png ? resolve(png) : reject(new NotDrawn())), 'image/png'));
