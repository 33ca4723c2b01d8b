import { describe, expect, it } from 'vitest';
import { csv } from './export';

describe('an exported list', () => {
  it('opens in Chinese and keeps commas and quotes', () => {
    expect(csv(['名称', '人数'], [['王记"老"面馆,石桥店', 12], [null, 3]])).toBe('\uFEFF名称,人数\r\n"王记""老""面馆,石桥店",12\r\n,3\r\n');
  });
  it('runs nothing in a spreadsheet', () => {
    expect(csv(['a'], [['=HYPERLINK("x")'], ['-1+1'], [-1]])).toBe('\uFEFFa\r\n"\'=HYPERLINK(""x"")"\r\n\'-1+1\r\n-1\r\n');
  });
});
