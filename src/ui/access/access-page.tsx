'use client';

import { useQuery } from '@tanstack/react-query';
import { SERVER_TOKEN } from '@/model/access';
import { useMay, useMe } from '../me';
import { ForAdministrators } from '../message';
import { useApi } from '../providers';
import { AuditLog } from './audit-log';
import { tokensQuery } from './query';
import { Tokens } from './tokens';

/** Who may come in, and who did what. */
export function AccessPage() {
  const mayAdminister = useMay('administer');
  const { name } = useMe();
  const isLoading = useQuery({ ...tokensQuery(useApi()), enabled: mayAdminister }).isPending;
  if (!mayAdminister) return <ForAdministrators title="Access is for who administers this server" />;
  return (
    <div className="mx-auto flex max-w-240 flex-col gap-8 p-4 md:p-6">
      <title>Access · Spicerack</title>
      <header className="flex flex-col gap-1">
        <h1 className="text-xl font-semibold">Access</h1>
        <p className="text-muted">
          {name === null
            ? 'This server is for this machine alone, and asks nobody who they are. Who presents a token is who it says.'
            : name === SERVER_TOKEN
              ? 'You have the server’s own token. Give everybody else one of their own.'
              : `You are ${name}, and may administer this server.`}
        </p>
      </header>
      <Tokens />
      {/* It is asked for at once, and stands below what is there first. */}
      <div className={isLoading ? 'hidden' : 'contents'}>
        <AuditLog />
      </div>
    </div>
  );
}
