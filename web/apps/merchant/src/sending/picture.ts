//! Makes a photograph small enough for a slow line and large enough to judge by.

/** The longer side of what is sent, in pixels. */
export const LONGEST_PX = 1600;
const QUALITY = 0.82;
/** A JPEG that is already this small is sent as it is. */
const SMALL_BYTES = 700_000;
/** What the server takes at most. */
export const LARGEST_BYTES = 20_000_000;

export interface Size {
  width: number;
  height: number;
}

/** The size after shrinking; a picture is never made larger. */
export function fitted({ width, height }: Size, longest = LONGEST_PX): Size {
  const share = Math.min(1, longest / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
}

/** Whether a picture must be drawn anew: too large, too heavy, or in a form that the server does not take. */
export function needsRedraw(mime: string, bytes: number, size: Size, longest = LONGEST_PX): boolean {
  return mime !== 'image/jpeg' || bytes > SMALL_BYTES || Math.max(size.width, size.height) > longest;
}

/** `IMG_2031.HEIC` as `IMG_2031.jpg`. */
export function jpegName(name: string): string {
  const stem = name.replace(/\.[^.]*$/, '').trim();
  return `${stem || 'photo'}.jpg`;
}

export interface Prepared {
  name: string;
  mime: string;
  bytes: ArrayBuffer;
}

export class UnreadablePicture extends Error {}

/** A photograph as it will be sent: upright, at most 1600 px, JPEG. */
export async function prepare(file: File): Promise<Prepared> {
  if (!file.type.startsWith('image/')) return { name: file.name, mime: file.type, bytes: await file.arrayBuffer() };
  const bitmap = await readBitmap(file);
  try {
    if (!needsRedraw(file.type, file.size, bitmap)) return { name: jpegName(file.name), mime: 'image/jpeg', bytes: await file.arrayBuffer() };
    const blob = await redraw(bitmap, fitted(bitmap));
    return { name: jpegName(file.name), mime: 'image/jpeg', bytes: await blob.arrayBuffer() };
  } finally {
    bitmap.close();
  }
}

async function readBitmap(file: File): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch (cause) {
    throw new UnreadablePicture('the picture could not be read', { cause });
  }
}

async function redraw(bitmap: ImageBitmap, size: Size): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = size.width;
  canvas.height = size.height;
  const pen = canvas.getContext('2d');
  if (!pen) throw new UnreadablePicture('this browser gives no canvas');
  // A transparent PNG would otherwise turn black.
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, size.width, size.height);
  pen.drawImage(bitmap, 0, 0, size.width, size.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
  // Memory of a cheap phone: a large canvas is given back at once.
  canvas.width = canvas.height = 0;
  if (!blob) throw new UnreadablePicture('the picture could not be drawn');
  return blob;
}
