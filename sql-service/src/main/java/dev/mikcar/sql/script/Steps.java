package dev.mikcar.sql.script;

/**
 * Functions of JavaScript that take any time or memory in one step, in a form that does not: they
 * give the same for what programs do, and notice between two small steps that they are cancelled.
 * What was tried and is bounded otherwise is in docs/decisions.
 */
final class Steps {
  private Steps() {}

  static final String TEXT =
      """
      (() => {
        const call = Function.prototype.call.bind(Function.prototype.call);
        const apply = Reflect.apply;
        const isArray = Array.isArray;
        const MOST = 65535;       // of something that is no array, but has a length
        const LARGEST = 1 << 24;  // of an array
        const WORK = 1 << 26;     // characters compared in one step
        const PIECE = 2048;       // characters of other cases in one step
        const PATTERN = 4096;     // characters of a regular expression that is made of a text
        const { Array: A, String: S, RegExp: R } = globalThis;
        const iterator = Symbol.iterator;
        const put = (owner, name, make) => {
          const old = owner[name];
          if (typeof old !== 'function') return;
          const made = make(old);
          Object.defineProperty(made, 'name', { value: name, configurable: true });
          Object.defineProperty(made, 'length', { value: old.length, configurable: true });
          Object.defineProperty(owner, name,
            { value: made, writable: true, enumerable: false, configurable: true });
        };
        const measured = (list) => {
          if (list !== null && list !== undefined && typeof list !== 'string' &&
              !(list.length <= (isArray(list) ? LARGEST : MOST)) && list.length > 0) {
            throw new RangeError('too long');
          }
        };
        for (const name of ['sort', 'toSorted', 'toSpliced', 'toReversed', 'with', 'slice', 'splice',
          'shift', 'unshift', 'concat', 'flat', 'join', 'toString', 'toLocaleString', 'copyWithin']) {
          put(A.prototype, name, (old) => ({ [name](...list) {
            measured(this);
            return apply(old, this, list);
          } })[name]);
        }
        put(A, 'from', (old) => ({ from(items, map, self) {
          if (items === null || items === undefined || typeof items === 'string' ||
              items[iterator] !== undefined || !(items.length > 1000) || this !== A) {
            if (items && items[iterator] === undefined) measured(items);
            return call(old, this, items, map, self);
          }
          if (map !== undefined && typeof map !== 'function') {
            throw new TypeError('the second argument is no function');
          }
          const length = Math.floor(Number(items.length));
          if (length > LARGEST) throw new RangeError('Invalid array length');
          const list = [];
          for (let i = 0; i < length; i++) {
            list[i] = map ? call(map, self, items[i], i) : items[i];
          }
          return list;
        } }).from);

        const P = S.prototype;
        const { indexOf, slice, codePointAt } = P;
        const isSlow = (text, part) => text.length * part.length > WORK && part.length > 16;
        const find = (text, part, from) => {
          if (!isSlow(text, part)) return call(indexOf, text, part, from);
          const step = Math.max(1, Math.floor(WORK / part.length));
          for (let at = from; at + part.length <= text.length; at += step) {
            const found = call(indexOf, call(slice, text, at, at + step + part.length - 1), part);
            if (found >= 0) return at + found;
          }
          return -1;
        };
        const start = (from, length) => {
          const number = Math.trunc(Number(from)) || 0;
          return Math.min(Math.max(number, 0), length);
        };
        const text = (value) => {
          if (value === null || value === undefined) throw new TypeError('not a string');
          return `${value}`;
        };
        put(P, 'indexOf', (old) => ({ indexOf(part, from) {
          const t = text(this), p = `${part}`;
          return isSlow(t, p) ? find(t, p, start(from, t.length)) : call(old, t, p, from);
        } }).indexOf);
        put(P, 'includes', (old) => ({ includes(part, from) {
          if (part instanceof R) return call(old, this, part, from);
          const t = text(this), p = `${part}`;
          return isSlow(t, p) ? find(t, p, start(from, t.length)) >= 0 : call(old, t, p, from);
        } }).includes);
        for (const name of ['lastIndexOf', 'replace', 'replaceAll', 'split']) {
          put(P, name, (old) => ({ [name](...list) {
            const part = list[0];
            if (typeof part === 'string' && isSlow(text(this), part)) {
              throw new RangeError('too long to be looked for');
            }
            return apply(old, this, list);
          } })[name]);
        }
        for (const name of ['toLowerCase', 'toUpperCase', 'toLocaleLowerCase', 'toLocaleUpperCase']) {
          put(P, name, (old) => ({ [name](...list) {
            const t = text(this);
            if (t.length <= PIECE) return apply(old, t, list);
            let result = '';
            for (let at = 0; at < t.length;) {
              let end = Math.min(at + PIECE, t.length);
              // Not within a pair, or beside what looks at its neighbours.
              while (end < t.length && end > at + 1 && (call(codePointAt, t, end - 1) > 0x7f ||
                  call(codePointAt, t, end) > 0x7f) && end > at + PIECE - 64) end--;
              const code = call(codePointAt, t, end - 1);
              if (end < t.length && code > 0xffff) end++;
              result += apply(old, call(slice, t, at, end), list);
              at = end;
            }
            return result;
          } })[name]);
        }
        globalThis.RegExp = new Proxy(R, {
          construct(target, list, made) {
            checkPattern(list[0]);
            return Reflect.construct(target, list, made);
          },
          apply(target, self, list) {
            checkPattern(list[0]);
            return apply(target, self, list);
          },
        });
        const checkPattern = (pattern) => {
          if (pattern !== undefined && !(pattern instanceof R) && `${pattern}`.length > PATTERN) {
            throw new RangeError('the pattern is too long');
          }
        };
        R.prototype.constructor = globalThis.RegExp;
        delete R.prototype.compile;
      })();
      """;
}
