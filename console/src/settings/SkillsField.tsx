import { ActionIcon, Autocomplete, Button, Input, NativeSelect } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import styles from './Settings.module.css';

interface Skill {
  skill: string;
  level: number;
}

interface Props {
  label: string;
  description?: string;
  value: Skill[];
  /** Names that are in use already, so that one skill isn't written in two ways. */
  known?: string[];
  disabled?: boolean;
  onChange: (skills: Skill[]) => void;
}

const LEVELS = ['1', '2', '3', '4', '5'];

export function SkillsField({ label, description, value, known = [], disabled = false, onChange }: Props) {
  const change = (index: number, part: Partial<Skill>) =>
    onChange(value.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <Input.Wrapper label={label} description={description} labelElement="div">
      <div className={styles.section} style={{ padding: '8px 0 0' }}>
        {value.map(({ skill, level }, index) => (
          <div key={index} className={styles.row}>
            <Autocomplete
              aria-label={`Skill ${index + 1}`}
              placeholder="Such as german"
              size="xs"
              w={200}
              data={known}
              value={skill}
              disabled={disabled}
              onChange={(name) => change(index, { skill: name })}
            />
            <NativeSelect
              aria-label={`Level of skill ${index + 1}`}
              size="xs"
              data={LEVELS}
              value={String(level)}
              disabled={disabled}
              onChange={(event) => change(index, { level: Number(event.currentTarget.value) })}
            />
            {!disabled && (
              <ActionIcon aria-label={`Remove ${skill || 'this skill'}`} onClick={() => onChange(value.filter((_, at) => at !== index))}>
                <IconX size={16} />
              </ActionIcon>
            )}
          </div>
        ))}
        {!disabled && (
          <div>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={14} />}
              onClick={() => onChange([...value, { skill: '', level: 3 }])}
            >
              Add a skill
            </Button>
          </div>
        )}
        {disabled && value.length === 0 && <span className={styles.quiet}>None</span>}
      </div>
    </Input.Wrapper>
  );
}
