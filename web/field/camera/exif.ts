// What the camera wrote into a photo – when, where, by which camera – goes with the smaller copy: it is evidence. Pure.
const SOI = 0xffd8;
const APP1 = 0xffe1;
const ORIENTATION = 0x0112;
const UPRIGHT = 1;
/** A segment has its length in two bytes. */
const SEGMENT_MAX = 65_535;

/** The EXIF segment of a JPEG with its marker, or null. */
export function exifOf(jpeg: Uint8Array): Uint8Array | null {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  if (view.byteLength < 4 || view.getUint16(0) !== SOI) return null;
  for (let at = 2; at + 10 <= view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const length = view.getUint16(at + 2);
    if (length < 2 || view.getUint8(at + 1) === 0xda) return null;
    const isExif = view.getUint16(at) === APP1 && view.getUint32(at + 4) === 0x45786966; // "Exif"
    if (isExif && at + 2 + length <= view.byteLength) return jpeg.slice(at, at + 2 + length);
  }
  return null;
}

/** The same segment of a picture that was turned upright: nobody must turn it again. */
export function upright(segment: Uint8Array): Uint8Array {
  const copy = segment.slice();
  const tiff = 10; // marker, length, "Exif\0\0"
  const view = new DataView(copy.buffer);
  const isLittle = view.getUint16(tiff) === 0x4949;
  const first = tiff + view.getUint32(tiff + 4, isLittle);
  if (first + 2 > view.byteLength) return copy;
  const count = view.getUint16(first, isLittle);
  for (let index = 0; index < count; index++) {
    const entry = first + 2 + index * 12;
    if (entry + 12 > view.byteLength) break;
    if (view.getUint16(entry, isLittle) === ORIENTATION) view.setUint16(entry + 8, UPRIGHT, isLittle);
  }
  return copy;
}

/** A JPEG that the browser made, with the EXIF segment of the photo it was made of. */
export function withExif(jpeg: Uint8Array, segment: Uint8Array): Uint8Array {
  if (segment.length > SEGMENT_MAX + 2) return jpeg;
  const whole = new Uint8Array(jpeg.length + segment.length);
  whole.set(jpeg.subarray(0, 2));
  whole.set(segment, 2);
  whole.set(jpeg.subarray(2), 2 + segment.length);
  return whole;
}
