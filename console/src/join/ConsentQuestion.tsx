import { Radio, Stack } from '@mantine/core';
import { graphql } from '../gql';
import styles from './join.module.css';

export const ConsentGive = graphql(`
  mutation ConsentGive($input: ConsentGiveInput!) {
    consentGive(input: $input) {
      leg {
        id
        consent {
          given
        }
      }
      userErrors {
        code
        message
      }
    }
  }
`);

interface Props {
  wording: string;
  value: boolean | null;
  onChange: (given: boolean) => void;
  error?: string | undefined;
}

/** Two answers that weigh the same, none of them chosen for the person. */
export function ConsentQuestion({ wording, value, onChange, error }: Props) {
  return (
    <Radio.Group
      value={value === null ? null : value ? 'yes' : 'no'}
      onChange={(answer) => onChange(answer === 'yes')}
      label="May this call be recorded?"
      description={wording}
      error={error}
      classNames={{ label: styles.question ?? '', description: styles.wording ?? '' }}
    >
      <Stack gap={8} mt="sm">
        <Radio.Card value="yes" className={styles.answer}>
          <Radio.Indicator />
          <span>Yes, it may be recorded</span>
        </Radio.Card>
        <Radio.Card value="no" className={styles.answer}>
          <Radio.Indicator />
          <span>No, talk without recording</span>
        </Radio.Card>
      </Stack>
    </Radio.Group>
  );
}
