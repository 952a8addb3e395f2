import { Badge, Button, Modal, Title } from '@mantine/core';
import { useDebouncedValue, useDocumentTitle } from '@mantine/hooks';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { Dot } from '../agents/Dot';
import { useMay } from '../agents/myself';
import { activityOf } from '../agents/words';
import { graphql } from '../gql';
import type { AgentSkillsFieldsFragment } from '../gql/graphql';
import { Filter } from '../ui/Filter';
import { More } from '../ui/More';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { attempt } from '../api/attempt';
import styles from './Settings.module.css';
import { SkillsField } from './SkillsField';

graphql(`
  fragment AgentSkillsFields on Agent {
    ...AgentStanding
    user {
      id
      name
    }
    skills {
      skill
      level
    }
    queues {
      id
      name
    }
  }
`);

const AgentsDocument = graphql(`
  query Agents($after: String, $search: String) {
    agents(first: 50, after: $after, filter: { search: $search }) {
      totalCount
      edges {
        node {
          ...AgentSkillsFields
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const AgentSkillsSet = graphql(`
  mutation AgentSkillsSet($input: AgentSkillsSetInput!) {
    agentSkillsSet(input: $input) {
      agent {
        ...AgentSkillsFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

export function AgentsPage() {
  useDocumentTitle('Agents’ skills · Cordboard');
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 150);
  return (
    <>
      <div className={styles.head}>
        <Title order={2}>Agents’ skills</Title>
        <Filter label="Find an agent" value={text} onChange={setText} />
      </div>
      <List key={search} search={search} />
    </>
  );
}

function List({ search }: { search: string }) {
  const may = useMay('agentSkillsSet');
  const [after, setAfter] = useState<string | null>(null);
  const [editing, setEditing] = useState<AgentSkillsFieldsFragment | null>(null);
  const [{ data, error, fetching }, reload] = useQuery({
    query: AgentsDocument,
    variables: { after, search: search === '' ? null : search },
    requestPolicy: 'cache-and-network',
  });
  const agents = data?.agents.edges.map(({ node }) => node) ?? [];
  const known = [...new Set(agents.flatMap(({ skills }) => skills.map(({ skill }) => skill)))].sort();
  return (
    <div className={page.card}>
      {error && !data && <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />}
      {!error && !data && <Rows count={6} />}
      {data && agents.length === 0 && <p className={styles.empty}>Nobody of that name.</p>}
      {agents.map((agent) => (
        <div key={agent.id} className={styles.line}>
          <Dot tone={activityOf(agent).tone} />
          <span className={styles.name}>
            <bdi>{agent.user.name}</bdi>{' '}
            <span className={styles.quiet}>{agent.queues.length === 0 ? 'in no queue' : agent.queues.map(({ name }) => name).join(', ')}</span>
          </span>
          {agent.skills.map(({ skill, level }) => (
            <Badge key={skill} variant="default" radius="sm" tt="none" fw={400}>
              {skill} {level}
            </Badge>
          ))}
          {may && (
            <Button size="compact-xs" variant="default" aria-label={`Skills of ${agent.user.name}`} onClick={() => setEditing(agent)}>
              Change
            </Button>
          )}
        </div>
      ))}
      {data?.agents.pageInfo.hasNextPage && <More onSeen={() => !fetching && setAfter(data.agents.pageInfo.endCursor ?? null)} />}
      <Modal opened={editing !== null} onClose={() => setEditing(null)} title={<span dir="auto">{editing?.user.name}</span>}>
        {editing && <Editor agent={editing} known={known} onClose={() => setEditing(null)} />}
      </Modal>
    </div>
  );
}

function Editor({ agent, known, onClose }: { agent: AgentSkillsFieldsFragment; known: string[]; onClose: () => void }) {
  const [skills, setSkills] = useState(agent.skills.map(({ skill, level }) => ({ skill, level })));
  const [{ fetching }, set] = useMutation(AgentSkillsSet);
  const save = async () => {
    const input = { agentId: agent.id, skills: skills.filter(({ skill }) => skill.trim() !== '') };
    if (await attempt(async () => set({ input }), (result) => result.agentSkillsSet)) onClose();
  };
  return (
    <>
      <SkillsField label="Skills" description="From 1, a little, to 5, expert" value={skills} known={known} onChange={setSkills} />
      <Button mt="md" fullWidth loading={fetching} onClick={() => void save()}>
        Save
      </Button>
    </>
  );
}
