// Photos are made smaller on the phone: 12 megapixels over a slow line would take minutes, and nobody looks at them so large.
import { exifOf, upright, withExif } from './exif';

const LONGEST_PX = 1600;
const QUALITY = 0.78;
const SMALL_BYTES = 400_000;

/** A JPEG of at most 1600 pixels with what the camera wrote. What this browser cannot read (HEIC) goes as it is. */
export async function shrink(photo: Blob): Promise<Blob> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(photo, { imageOrientation: 'from-image' });
  } catch {
    return photo;
  }
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  if (scale === 1 && photo.type === 'image/jpeg' && photo.size <= SMALL_BYTES) {
    picture.close();
    return photo;
  }
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const small = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
  const exif = photo.type === 'image/jpeg' ? exifOf(new Uint8Array(await photo.arrayBuffer())) : null;
  if (!exif) return small;
  const whole = withExif(new Uint8Array(await small.arrayBuffer()), upright(exif));
  return new Blob([whole as BlobPart], { type: 'image/jpeg' });
}
