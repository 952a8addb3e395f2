import styles from './Meter.module.css';

/** Loudness as five bars: seen at a glance, and unmoving where motion isn't wanted. */
export function Meter({ level, label }: { level: number; label: string }) {
  const lit = Math.round(Math.min(1, Math.max(0, level)) * 5);
  return (
    <span className={styles.meter} role="img" aria-label={label}>
      {[0, 1, 2, 3, 4].map((bar) => (
        <span key={bar} data-lit={bar < lit} style={{ height: 6 + bar * 2 }} />
      ))}
    </span>
  );
}
