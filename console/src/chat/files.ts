import { bytes } from '../ui/format';

/** What may be sent; the platform looks into it as well. */
export const ACCEPTED = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'application/pdf', 'text/plain'];
/** 10 MB, as the platform counts. */
const LIMIT = 10 * 1024 * 1024;

/** Why a file can't be sent, before it was uploaded in vain; null where it can. */
export function refusal({ name, type, size }: Pick<File, 'name' | 'type' | 'size'>): string | null {
  if (!ACCEPTED.includes(type)) return `${name} can’t be sent: only pictures, PDF and plain text can.`;
  if (size > LIMIT) return `${name} is too large: ${bytes(size)}, and 10 MB are the most.`;
  return size === 0 ? `${name} is empty.` : null;
}

export const isPicture = (contentType: string): boolean => contentType.startsWith('image/');
