// Reads QR codes: by the phone's own reader where there is one, otherwise by jsQR, which is loaded then.
type Source = HTMLVideoElement | ImageBitmap;
type Detector = { detect(source: Source): Promise<{ rawValue: string }[]> };
declare const BarcodeDetector: undefined | { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };

const LONGEST_PX = 1000;

/** A function that answers what a picture says, or null. */
export async function makeReader(): Promise<(source: Source) => Promise<string | null>> {
  if (typeof BarcodeDetector !== 'undefined' && (await BarcodeDetector.getSupportedFormats()).includes('qr_code')) {
    const detector = new BarcodeDetector({ formats: ['qr_code'] });
    return async (source) => (await detector.detect(source))[0]?.rawValue ?? null;
  }
  const { default: jsQR } = await import('jsqr');
  return async (source) => {
    const [width, height] = sizeOf(source);
    if (!width || !height) return null;
    const scale = Math.min(1, LONGEST_PX / Math.max(width, height));
    const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
    const paper = canvas.getContext('2d', { willReadFrequently: true })!;
    paper.drawImage(source, 0, 0, canvas.width, canvas.height);
    return jsQR(paper.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height)?.data ?? null;
  };
}

function sizeOf(source: Source): [number, number] {
  return source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
}

/** The code of a tag out of the address that its QR code holds. */
export const codeIn = (text: string): string => text.trim().replace(/[?#].*$/, '').replace(/\/+$/, '').split('/').at(-1)!.slice(0, 40);
