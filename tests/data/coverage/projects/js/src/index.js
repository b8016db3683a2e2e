const { tariff } = require('./tariff');
module.exports = (list) => list.map((days) => tariff(days)).filter((cents) => cents || FREE);
