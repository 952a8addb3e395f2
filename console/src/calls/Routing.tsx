import { graphql } from '../gql';
import type { RoutingFieldsFragment } from '../gql/graphql';
import { spell } from '../ui/format';
import { When } from '../ui/Time';
import styles from './Routing.module.css';
import { plain, STRATEGIES } from './routing-words';

graphql(`
  fragment RoutingFields on RoutingExplanation {
    decidedAt
    strategy
    relaxationStep
    requiredSkills {
      skill
      level
    }
    skippedByReason {
      reason
      count
    }
    candidates {
      chosen
      reason
      idleSeconds
      skillLevel
      tier
      agent {
        id
        user {
          id
          name
        }
      }
    }
    estimate {
      seconds
      position
      handlingSeconds
      agents
      formula
    }
  }
`);

/** Why a call went where it went, or waits: the last decision with everything that it rested on. */
export function Routing({ routing }: { routing: RoutingFieldsFragment }) {
  const { candidates, skippedByReason, estimate, requiredSkills } = routing;
  const agents = estimate && Math.round(estimate.agents * 10) / 10;
  return (
    <div className={styles.routing}>
      <p className={styles.words}>
        <strong>{STRATEGIES[routing.strategy].words}</strong>, decided <When at={routing.decidedAt} />
        {requiredSkills.length > 0 && (
          <>
            {'. Asks for '}
            {requiredSkills.map(({ skill, level }) => `${skill} at ${level} or better`).join(', ')}
            {routing.relaxationStep > 0 && ` (lowered ${times(routing.relaxationStep)} while waiting)`}
          </>
        )}
        .
      </p>
      {candidates.length > 0 && (
        <table className={`${styles.table} figures`}>
          <caption>Who could take it, in order</caption>
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col">Idle</th>
              <th scope="col">Skill</th>
              <th scope="col">Tier</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {candidates.map((candidate) => (
              <tr key={candidate.agent.id} data-chosen={candidate.chosen}>
                <td>
                  <bdi>{candidate.agent.user.name}</bdi>
                </td>
                <td>{candidate.idleSeconds == null ? '–' : spell(candidate.idleSeconds)}</td>
                <td>{candidate.skillLevel ?? '–'}</td>
                <td>{candidate.tier ?? '–'}</td>
                <td>
                  {candidate.chosen && '✓ '}
                  {plain(candidate.reason)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {candidates.length === 0 && <p className={styles.words}>Nobody could take it.</p>}
      {skippedByReason.length > 0 && (
        <p className={styles.words}>
          Passed over: {skippedByReason.map(({ reason, count }) => `${count} ${plain(reason)}`).join(', ')}.
        </p>
      )}
      {estimate && (
        <p className={styles.words}>
          Estimated wait {estimate.seconds == null ? 'unknown' : spell(estimate.seconds)}: place {estimate.position},{' '}
          {spell(estimate.handlingSeconds)} a call, {agents} {agents === 1 ? 'agent' : 'agents'}.{' '}
          <span className={styles.quiet}>{estimate.formula}</span>
        </p>
      )}
    </div>
  );
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
