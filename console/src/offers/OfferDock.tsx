import { useInbox } from '../app/workspace';
import { OfferCard } from './OfferCard';
import styles from './OfferDock.module.css';

/** Offers stand above every page until they are answered or gone. */
export function OfferDock() {
  const { offers } = useInbox();
  const [first] = offers;
  return (
    <div className={styles.dock} aria-live="assertive">
      {first && <OfferCard key={first.id} offer={first} />}
    </div>
  );
}
