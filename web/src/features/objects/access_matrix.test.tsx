import { beforeEach, describe, expect, it } from 'vitest';
import { queryClient } from '@/shared/api/query_client';
import { setLocale } from '@/shared/i18n';
import { draw } from '@/shared/testing/draw';
import { AccessMatrix } from './access_matrix';
import { rolesQuery } from './objects';

describe('who may do what with an object', () => {
  beforeEach(() => {
    queryClient.setQueryData(rolesQuery.queryKey, [
      { id: '1', key: 'admin', name: '管理员' },
      { id: '2', key: 'agent', name: '客服' },
      { id: '3', key: 'night', name: '夜班' },
    ]);
  });

  it('names shipped roles in the language of the screen, and own ones as they are', async () => {
    const names = async () => {
      const box = await draw(<AccessMatrix value={{}} />);
      return [...box.querySelectorAll('tbody th')].map((cell) => cell.textContent);
    };
    setLocale('en');
    expect(await names()).toEqual(['Service agent', '夜班']);
    setLocale('zh-CN');
    expect(await names()).toEqual(['客服', '夜班']);
  });
});
