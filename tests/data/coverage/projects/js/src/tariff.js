'use strict';

const FREE = 3;

function tariff(days, { member = false } = {}) {
  if (days < 0) {
    throw new RangeError('days');
  }
  const paid = days > FREE ? days - FREE : 0; const rate = member ? 1 : 2;
  switch (rate) {
    case 1:
      return paid;
    default:
      return paid * rate;
  }
}

function unused() { return 0; }

module.exports = { tariff, unused };
