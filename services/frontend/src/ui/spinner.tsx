/** A turning ring; with a label it is read out, without one it is for the eye alone. */
export function Spinner({ size = 16, label }: { size?: number; label?: string }) {
  const ring = (
    <span
      aria-hidden="true"
      class="inline-block shrink-0 animate-spin rounded-full border-2 border-current border-t-transparent opacity-70"
      style={{ width: size, height: size }}
    />
  );
  if (!label) return ring;
  return (
    <output class="inline-flex">
      {ring}
      <span class="sr-only">{label}</span>
    </output>
  );
}
