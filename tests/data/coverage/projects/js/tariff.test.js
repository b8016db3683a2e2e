const total = require('./src');
test('tariff', () => { expect(total([4, 10])).toEqual([2, 14]); });
