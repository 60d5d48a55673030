/** A text with the words marked that are new against an earlier one. */
import { memo, useMemo } from 'react';
import { wordDiff } from './word-diff.ts';

export const DiffText = memo(function DiffText({
  before,
  after,
  showRemoved = true,
}: {
  before: string;
  after: string;
  showRemoved?: boolean;
}) {
  const parts = useMemo(() => wordDiff(before, after), [before, after]);
  if (parts.every((part) => part.kind === 'same')) return null;
  return (
    <p className="diff">
      {parts.map((part, index) =>
        part.kind === 'same' ? (
          <span key={index}>{part.text}</span>
        ) : part.kind === 'added' ? (
          <ins key={index}>{part.text}</ins>
        ) : showRemoved ? (
          <del key={index}>{part.text}</del>
        ) : null,
      )}
    </p>
  );
});
