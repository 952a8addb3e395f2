import { NumberInput, type NumberInputProps, Radio, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { STRATEGIES } from '../calls/routing-words';
import type { RoutingStrategy } from '../gql/graphql';
import { AudioChoice } from './AudioChoice';
import { optionsOf } from './options';
import type { QueueForm } from './queue-form';
import type { FieldsProps } from './QueueEditor';
import styles from './Settings.module.css';
import { SkillsField } from './SkillsField';

type NumberName = {
  [Name in keyof QueueForm]: QueueForm[Name] extends number | string ? (number extends QueueForm[Name] ? Name : never) : never;
}[keyof QueueForm];

function Amount({ of: form, disabled, name, ...props }: { of: FieldsProps['form']; disabled: boolean; name: NumberName } & Omit<NumberInputProps, 'name'>) {
  return <NumberInput min={0} allowDecimal={false} disabled={disabled} {...props} {...form.getInputProps(name)} />;
}

export function GeneralFields({ form, disabled }: FieldsProps) {
  return (
    <>
      <div className={styles.pair}>
        <TextInput label="Name" description="Contacts read it too" required dir="auto" disabled={disabled} {...form.getInputProps('name')} />
        <Amount of={form} disabled={disabled} name="priority" label="Priority" description="Head start over other queues, in minutes of waiting" min={-100} max={100} allowNegative />
      </div>
      <Switch label="Contacts may call with a camera" disabled={disabled} {...form.getInputProps('video', { type: 'checkbox' })} />
    </>
  );
}

export function RoutingFields({ form, disabled }: FieldsProps) {
  const { requiredSkills, relaxes } = form.values;
  return (
    <>
      <Radio.Group label="Strategy" {...form.getInputProps('strategy')}>
        <Stack gap={8} mt={4}>
          {(Object.keys(STRATEGIES) as RoutingStrategy[]).map((strategy) => (
            <Radio
              key={strategy}
              value={strategy}
              disabled={disabled}
              label={STRATEGIES[strategy].words}
              description={STRATEGIES[strategy].explanation}
            />
          ))}
        </Stack>
      </Radio.Group>
      <SkillsField
        label="Skills asked for"
        description="An agent is rung only with all of them, at this level or better"
        value={requiredSkills}
        disabled={disabled}
        onChange={(skills) => form.setFieldValue('requiredSkills', skills)}
      />
      {form.errors['requiredSkills'] && <span role="alert" style={{ color: 'var(--fault)' }}>{form.errors['requiredSkills']}</span>}
      {requiredSkills.length > 0 && (
        <div className={styles.pair}>
          <Switch label="Ask for less the longer a call waits" disabled={disabled} {...form.getInputProps('relaxes', { type: 'checkbox' })} />
          {relaxes && (
            <Amount of={form} disabled={disabled} name="relaxSeconds" label="One level less after each" suffix=" s" min={1} max={3600} />
          )}
        </div>
      )}
      <div className={styles.pair}>
        <Amount of={form} disabled={disabled} name="offerSeconds" label="An agent rings for" description="Then the next one" suffix=" s" min={5} max={300} />
        <Amount of={form} disabled={disabled} name="missedLimit" label="Away after missing" description="Until they choose again" suffix=" in a row" min={1} max={20} />
        <Amount of={form} disabled={disabled} name="lastAgentSeconds" label="Wait for the last agent" description="0: not at all" suffix=" s" max={3600} />
      </div>
    </>
  );
}

export function WaitingFields({ form, queue, disabled, others }: FieldsProps) {
  const { overflow, announcementId, voicemail, voicemailGreetingId } = form.values;
  return (
    <>
      <div className={styles.pair}>
        <Amount of={form} disabled={disabled} name="maxWaitSeconds" label="Longest wait" suffix=" s" min={5} max={86400} thousandSeparator />
        <Amount of={form} disabled={disabled} name="maxLength" label="Calls that may wait" min={1} max={10000} thousandSeparator />
      </div>
      <div className={styles.pair}>
        <Select
          label="When that is reached"
          allowDeselect={false}
          disabled={disabled}
          data={[
            { value: 'END', label: 'End the call with a message' },
            { value: 'QUEUE', label: 'Pass on to another queue' },
            { value: 'CALLBACK', label: 'Call the contact back' },
            { value: 'VOICEMAIL', label: 'Let the contact leave a message' },
          ]}
          {...form.getInputProps('overflow')}
        />
        {overflow === 'QUEUE' && (
          <Select
            label="Other queue"
            searchable
            limit={100}
            disabled={disabled}
            data={optionsOf(others, queue.overflow?.queue)}
            {...form.getInputProps('overflowQueueId')}
          />
        )}
      </div>
      <Switch label="Contacts may ask to be called back, and keep their place" disabled={disabled} {...form.getInputProps('callback', { type: 'checkbox' })} />
      <div className={styles.pair}>
        <Switch
          label="Contacts may leave a message"
          description="While they wait, and while the queue is closed"
          disabled={disabled}
          {...form.getInputProps('voicemail', { type: 'checkbox' })}
        />
        {(voicemail || voicemailGreetingId !== null) && (
          <AudioChoice
            label="Greeting"
            placeholder="“Nobody can take your call just now …”"
            present={queue.voicemailGreeting}
            disabled={disabled}
            {...form.getInputProps('voicemailGreetingId')}
          />
        )}
      </div>
      <div className={styles.pair}>
        <AudioChoice
          label="Music"
          placeholder="The music that comes with Cordboard"
          present={queue.holdMusic}
          disabled={disabled}
          {...form.getInputProps('holdMusicId')}
        />
        <AudioChoice label="Announcement" placeholder="None" present={queue.announcement} disabled={disabled} {...form.getInputProps('announcementId')} />
        {announcementId !== null && (
          <Amount of={form} disabled={disabled} name="announcementSeconds" label="Every" suffix=" s" min={10} max={600} />
        )}
      </div>
      <Textarea
        label="Message while closed"
        placeholder="Such as: We are here from Monday to Friday."
        autosize
        minRows={2}
        maxLength={500}
        dir="auto"
        disabled={disabled}
        {...form.getInputProps('closedMessage')}
      />
    </>
  );
}

export function TargetFields({ form, disabled }: FieldsProps) {
  return (
    <div className={styles.pair}>
      <Amount of={form} disabled={disabled} name="percent" label="Answer" suffix=" %" allowDecimal min={1} max={100} />
      <Amount of={form} disabled={disabled} name="seconds" label="Within" suffix=" s" min={1} max={3600} />
      <Amount of={form} disabled={disabled} name="shortAbandonSeconds" label="Don’t count who leaves within" suffix=" s" max={60} />
    </div>
  );
}

export function AfterFields({ form, queue, disabled, outcomes }: FieldsProps) {
  return (
    <>
      <Textarea
        label="Script"
        description="Agents see it beside the call, as it is written here"
        autosize
        minRows={4}
        maxRows={20}
        dir="auto"
        disabled={disabled}
        {...form.getInputProps('script')}
      />
      <div className={styles.pair}>
        <Amount of={form} disabled={disabled} name="wrapUpSeconds" label="Time for the wrap-up" description="0: none" suffix=" s" max={3600} />
        <Select
          label="Outcome when it runs out"
          description="Given where none was chosen"
          placeholder="None"
          clearable
          disabled={disabled}
          data={optionsOf(outcomes, queue.defaultOutcome)}
          {...form.getInputProps('defaultOutcomeId')}
        />
      </div>
      <Switch label="An outcome must be chosen before it can be ended by hand" disabled={disabled} {...form.getInputProps('wrapUpRequired', { type: 'checkbox' })} />
    </>
  );
}
