import assert from 'node:assert/strict';
import {
  CelError,
  conjuncts,
  parseCondition,
  parseMappingExpression,
} from '../../src/emulator/google/cel-expression.js';

const ASSERTION = {
  arn: 'arn:aws:sts::111122223333:assumed-role/demo-role/session',
  account: '111122223333',
  userid: 'AROAEXAMPLEEXAMPLE123:session',
};
const OBJECT =
  'projects/_/buckets/acme-orders-aaa/objects/data_lake/orders/order_date=2019-11-03/aef87g87ae0876';

const value = (expression: string, assertion = ASSERTION): unknown =>
  parseMappingExpression(expression).evaluate(assertion);

const holds = (condition: string, attributes = {}): unknown =>
  parseCondition(condition).evaluate({
    assertion: ASSERTION,
    attributes: {'google.subject': 'the-subject', ...attributes},
  });

describe("a provider's CEL expression", () => {
  describe('extract()', () => {
    // https://cloud.google.com/iam/docs/conditions-attribute-reference#extract
    for (const [template, expected] of [
      ['/order_date={date}/', '2019-11-03'],
      ['buckets/{name}/', 'acme-orders-aaa'],
      ['/orders/{empty}order_date', ''],
      ['{start}/objects/data_lake', 'projects/_/buckets/acme-orders-aaa'],
      ['orders/{end}', 'order_date=2019-11-03/aef87g87ae0876'],
      ['{all}', OBJECT],
      ['/orders/{none}/order_date=', ''],
      ['/orders/order_date=2019-11-03/{id}/data_lake', ''],
      // The first of what stands before counts, and the first of what follows it.
      ['a{x}a', 'cme-orders-'],
      ['nowhere{x}', ''],
    ] as const) {
      it(`${template} of the documentation's object gives "${expected}"`, () => {
        const expression = `assertion.arn.extract('${template}')`;
        assert.equal(value(expression, {...ASSERTION, arn: OBJECT}), expected);
      });
    }

    for (const template of ['', 'no-name', '{}', '{a}{b}', '{a b}', '{a.b}', 'a}b{c']) {
      it(`has no value for the template ${JSON.stringify(template)}`, () => {
        assert.throws(() => value(`assertion.arn.extract('${template}')`), {
          name: 'CelError',
          message: `extract(): the template ${JSON.stringify(template)} does not hold one {name}`,
          line: 1,
        });
      });
    }
  });

  describe('knows', () => {
    for (const [expression, expected] of [
      ["assertion.arn.split('/')[1]", 'demo-role'],
      ["assertion.arn.split(':', 2)[1]", 'aws:sts::111122223333:assumed-role/demo-role/session'],
      ["assertion.arn.split('/').join('|')", ASSERTION.arn.replaceAll('/', '|')],
      ["['a', 'b'].join()", 'ab'],
      ["assertion.arn.replace('demo', '$&')", ASSERTION.arn.replace('demo', '$$&')],
      ["'banana'.replace('a', 'o', 2)", 'bonona'],
      ["'banana'.replace('a', 'o', 0)", 'banana'],
      ["'banana'.replace('a', 'o', -1)", 'bonono'],
      ["'Ab'.lowerAscii() + 'Ab'.upperAscii()", 'abAB'],
      ["assertion['account']", '111122223333'],
      ["has(assertion.email) ? assertion.email : 'none'", 'none'],
      ["assertion.userid.matches('^AROA[A-Z0-9]+:') ? 'role' : 'user'", 'role'],
      ["assertion.account in ['1', '111122223333'] ? 'in' : 'out'", 'in'],
      ["assertion.arn.startsWith('arn:') && !assertion.arn.endsWith('x') ? 'a' : 'b'", 'a'],
      ["assertion.arn != 'x' || assertion.nothing ? 'short' : ''", 'short'],
      ["'multi' + // a comment\n 'line'", 'multiline'],
      ["'" + String.raw`\x41` + "'", 'A'],
    ] as const) {
      it(expression, () => {
        assert.equal(value(expression), expected);
      });
    }
  });

  describe('of a condition speaks of google and attribute', () => {
    for (const [condition, expected] of [
      ["google.subject == 'the-subject'", true],
      ["'admins' in google.groups", true],
      ["google.groups.exists(group, group.startsWith('ad'))", true],
      ['has(google.nothing)', false],
      ["attribute.aws_role == 'r'", true],
      ["attribute['aws_role'] != 'r'", false],
      ["'aws_role' in attribute", true],
      ["assertion.account == '111122223333' && attribute.aws_role in ['q', 'r'] // yes", true],
      // Nothing equals across types.
      ['assertion.account == 111122223333', false],
    ] as const) {
      it(`${condition} is ${String(expected)}`, () => {
        const attributes = {'google.groups': ['admins'], 'attribute.aws_role': 'r'};
        assert.equal(holds(condition, attributes), expected);
      });
    }

    it('and a mapping does not', () => {
      assert.throws(() => value('google.subject'), {name: 'CelError'});
      assert.throws(() => value('attribute.x'), {name: 'CelError'});
    });
  });

  describe('tells where it is wrong', () => {
    for (const [condition, line, column, message] of [
      ['assertion.arn == ', 1, 18, 'Unexpected token: EOF'],
      ['', 1, 1, 'Unexpected token: EOF'],
      ["'open", 1, 1, /Unterminated string/],
      ['true) || (true', 1, 5, "Unexpected character: ')'"],
      ['account == "1"', 1, 1, 'Unknown variable: account'],
      ["true &&\n  asertion.arn == 'x'", 2, 3, 'Unknown variable: asertion'],
      ["assertion.arn.startWith('x')", 1, 1, /no matching overload for 'dyn.startWith\(string\)'/],
      ["'é' == 'ü' && nope", 1, 15, 'Unknown variable: nope'],
    ] as const) {
      it(JSON.stringify(condition), () => {
        assert.throws(
          () => parseCondition(condition),
          (error: unknown) => {
            assert.ok(error instanceof CelError);
            assert.deepEqual([error.line, error.column], [line, column]);
            if (typeof message === 'string') assert.equal(error.message, message);
            else assert.match(error.message, message);
            return true;
          },
        );
      });
    }

    for (const [condition, column, message] of [
      ["assertion.email == 'x'", 11, 'No such key: email'],
      ["true && assertion.arn.split('/')[7] == 'x'", 9, /index 7/],
      ['google.groups[0] == "x"', 8, 'No such key: groups'],
      ["attribute.aws_role == 'x'", 11, 'No such key: aws_role'],
      ["assertion.arn.matches('(')", 1, /Invalid regular expression/],
    ] as const) {
      it(`when it has no value: ${condition}`, () => {
        assert.throws(() => holds(condition), {name: 'CelError', line: 1, column, message});
      });
    }
  });

  it('has a type where the expression alone tells', () => {
    for (const [expression, type] of [
      ['assertion.arn', 'dyn'],
      ["assertion.arn + ''", 'string'],
      ["assertion.arn.split('/')", 'list<string>'],
      ["assertion.arn == 'x'", 'bool'],
      ['size(assertion.arn)', 'int'],
    ] as const) {
      assert.equal(parseMappingExpression(expression).type, type, expression);
    }
  });

  it('falls into the parts that must all be true', () => {
    assert.deepEqual(conjuncts("a == '1' && (b || c) && !(d && e)"), [
      'a == "1"',
      'b || c',
      '!(d && e)',
    ]);
    assert.deepEqual(conjuncts('a || b'), ['a || b']);
  });
});
