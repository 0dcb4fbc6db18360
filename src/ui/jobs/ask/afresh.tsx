import { type ForecastAsk, useForecast } from '../../stack/forecast';

/** What would come of it now, where what it was pressed for is no longer so. Loaded when a press is refused for that. */
export default function Afresh({ ask }: { ask: ForecastAsk }) {
  const foreseen = useForecast(ask, 'would move');
  return <span className="block pt-1 text-text">Now: {foreseen?.words || 'the forecast is asked for…'}</span>;
}
