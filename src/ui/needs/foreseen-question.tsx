import Question from '../jobs/question';
import { CommitList } from '../stack/commit-list';
import { type ForecastAsk, useForecast } from '../stack/forecast';

/** Says what comes of a move, whose commits it takes away too, before it is confirmed. Loaded when it is first asked. */
export default function ForeseenQuestion({
  ask,
  cost,
  label,
  confirm,
  leave,
}: {
  ask: ForecastAsk;
  /** What the push costs; null where that is nothing to speak of. */
  cost: string | null;
  label: string;
  /** @param tipsKey the branches that the forecast is for */
  confirm: (tipsKey: string) => void;
  leave: () => void;
}) {
  const foreseen = useForecast(ask, 'would move');
  const isReady = foreseen?.state === 'ready';
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
