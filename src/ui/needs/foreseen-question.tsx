import { useQuery } from '@tanstack/react-query';
import Question from '../jobs/question';
import { useApi } from '../providers';
import { overviewQuery } from '../repos/overview';
import { CommitList } from '../stack/commit-list';
import { type ForecastAsk, useForecast } from '../stack/forecast';
import { outlineQuestion } from '../stack/groups/question';

/**
 * Says what comes of a move before it is confirmed, by its forecast alone: what it moves, what that costs, whose commits
 * it takes away too. Loaded when it is first asked.
 */
export default function ForeseenQuestion({
  ask,
  label,
  confirm,
  leave,
}: {
  ask: ForecastAsk;
  label: string;
  /** @param tipsKey the branches that the forecast is for */
  confirm: (tipsKey: string) => void;
  leave: () => void;
}) {
  const foreseen = useForecast(ask, 'would move');
  const branches = useQuery(overviewQuery(useApi(), ask.repoId)).data?.branches;
  const isReady = foreseen?.state === 'ready' && branches !== undefined;
  const cost = isReady ? outlineQuestion(foreseen.outline, branches) : null;
  const words = (
    <>
      <span role="status" className={isReady && foreseen.conflicts ? 'text-conflict' : ''}>
        Forecast: {foreseen?.words || 'asked for…'}
      </span>
      {isReady && <CommitList outline={foreseen.outline} />}
      {cost !== null && <span className="text-restack">{cost}</span>}
    </>
  );
  return (
    <Question
      words={words}
      label={label}
      ready={isReady}
      confirm={() => isReady && confirm(foreseen.tipsKey)}
      leave={leave}
    />
  );
}
