import { Alert, Button, Rating, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload } from '../api/errors';
import { graphql } from '../gql';
import styles from './join.module.css';

const CallRate = graphql(`
  mutation CallRate($input: CallRateInput!) {
    callRate(input: $input) {
      call {
        id
        version
        rating {
          stars
          words
        }
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const MEANINGS = ['Bad', 'Poor', 'All right', 'Good', 'Very good'];

interface Props {
  callId: string;
  rating: { stars: number; words?: string | null } | null;
}

/** One to five stars and a few words, if one likes; may be thought over again. */
export function RatingForm({ callId, rating }: Props) {
  const [, rate] = useMutation(CallRate);
  const [stars, setStars] = useState(rating?.stars ?? 0);
  const [words, setWords] = useState(rating?.words ?? '');
  const [sent, setSent] = useState(rating !== null);
  const [sending, setSending] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const send = async () => {
    setSending(true);
    setFault(null);
    try {
      const input = { callId, stars, words: words.trim() || null };
      payload(await rate({ input }), (data) => data.callRate);
      setSent(true);
    } catch (problem) {
      setFault(explain(problem));
    }
    setSending(false);
  };
  if (sent) {
    return (
      <section className={styles.rating} aria-label="Your rating">
        <Rating size="xl" value={stars} readOnly getSymbolLabel={meaning} />
        <Text role="status">Thank you, that helps us.</Text>
        <Button variant="subtle" size="md" onClick={() => setSent(false)}>
          Change it
        </Button>
      </section>
    );
  }
  return (
    <form
      className={styles.rating}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h2 id="how" className={styles.title}>
        How was it?
      </h2>
      <Rating size={44} value={stars} onChange={setStars} getSymbolLabel={meaning} aria-labelledby="how" />
      <Text c="dimmed" aria-hidden="true">
        {stars === 0 ? 'Choose one to five stars' : MEANINGS[stars - 1]}
      </Text>
      {stars > 0 && (
        <>
          <Textarea
            w="100%"
            size="md"
            label="Would you like to add something?"
            maxLength={1000}
            autosize
            minRows={2}
            maxRows={6}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
          {fault !== null && (
            <Alert color="red" role="alert" p="xs" w="100%">
              {fault}
            </Alert>
          )}
          <Button type="submit" size="md" fullWidth loading={sending}>
            Send
          </Button>
        </>
      )}
    </form>
  );
}

const meaning = (stars: number) => `${stars} of 5 stars: ${MEANINGS[stars - 1] ?? 'none'}`;
