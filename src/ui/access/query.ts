import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../api';

export function tokensQuery(api: Api) {
  return queryOptions({ queryKey: ['access', 'tokens'], queryFn: () => api.access.tokens.query(), staleTime: 0 });
}

export type Token = Awaited<ReturnType<Api['access']['tokens']['query']>>['tokens'][number];
export type AuditEntry = Awaited<ReturnType<Api['access']['audit']['query']>>['entries'][number];
