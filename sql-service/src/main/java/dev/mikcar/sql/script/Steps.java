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
        const own = Object.getOwnPropertyDescriptor;
        const { hasOwn, getPrototypeOf } = Object;
        const { ownKeys } = Reflect;
        const { match } = Symbol;
        const MOST = 65535;       // of something that is no array, but has a length
        const LARGEST = 1 << 24;  // of an array
        const WORK = 1 << 26;     // characters compared in one step
        const PIECE = 2048;       // characters of other cases in one step
        const COPIED = 1 << 24;   // characters copied in one step
        const MARKED = 1 << 14;   // characters normalized in one step
        const SHORT = 100;        // characters of a text that is compared with all others
        const PATTERN = 1024;     // characters of a regular expression that is made of a text
        const { Array: A, String: S, RegExp: R, Proxy } = globalThis;
        const iterator = Symbol.iterator;
        const put = (owner, name, make) => {
          const old = owner[name];
          if (typeof old !== 'function') return;
          const made = make(old);
          Object.defineProperty(made, 'name', { value: old.name, configurable: true });
          Object.defineProperty(made, 'length', { value: old.length, configurable: true });
          Object.defineProperty(owner, name,
            { value: made, writable: true, enumerable: false, configurable: true });
        };
        const isObject = (value) =>
          (typeof value === 'object' && value !== null) || typeof value === 'function';
        // Fails for a length that is too large, or that may be another one when it is read again.
        const measured = (list) => {
          if (list === null || list === undefined || typeof list === 'string') return;
          const object = Object(list);
          const length = own(object, 'length');
          if (length === undefined) {
            if ('length' in object) throw new RangeError('the length is inherited');
          } else if (!hasOwn(length, 'value') || isObject(length.value)) {
            throw new RangeError('the length is computed');
          } else if (length.value > (isArray(list) ? LARGEST : MOST)) {
            throw new RangeError('too long');
          }
        };
        const quick = ['constructor', 'push', 'pop', 'at', 'keys', 'values', 'entries'];
        for (const name of Object.getOwnPropertyNames(A.prototype)) {
          if (quick.includes(name)) continue;
          put(A.prototype, name, (old) => ({ [name](...list) {
            measured(this);
            return apply(old, this, list);
          } })[name]);
        }
        // One comparison of two long texts is a step of its own.
        const compare = (a, b) => {
          const x = `${a}`, y = `${b}`;
          return x < y ? -1 : x > y ? 1 : 0;
        };
        const hasLong = (list) => {
          for (let i = 0; i < list.length; i++) {
            const value = list[i];
            if (typeof value === 'string' ? value.length > SHORT : isObject(value)) return true;
          }
          return false;
        };
        for (const name of ['sort', 'toSorted']) {
          put(A.prototype, name, (old) => ({ [name](by) {
            measured(this);
            return call(old, this, by === undefined && hasLong(this) ? compare : by);
          } })[name]);
        }
        put(A, 'from', (old) => ({ from(items, map, self) {
          if (!isObject(items) || isArray(items) || this !== A || items[iterator] !== undefined) {
            measured(items);
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
        const { includes, indexOf, slice, codePointAt } = P;
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
          if (isObject(part) && part[match]) throw new TypeError('a regular expression');
          const t = text(this), p = `${part}`;
          return isSlow(t, p) ? find(t, p, start(from, t.length)) >= 0 : call(old, t, p, from);
        } }).includes);
        put(P, 'lastIndexOf', (old) => ({ lastIndexOf(part, from) {
          const t = text(this), p = `${part}`;
          if (isSlow(t, p)) throw new RangeError('too long to be looked for');
          return call(old, t, p, from);
        } }).lastIndexOf);

        // What a replacement stands for, as GetSubstitution of the standard says.
        const expand = (by) => (...found) => {
          const last = found[found.length - 1];
          const named = typeof last === 'object';
          const at = found.length - (named ? 3 : 2);
          const whole = found[0], position = found[at], t = found[at + 1];
          let result = '';
          for (let from = 0;;) {
            const dollar = call(indexOf, by, '$', from);
            if (dollar < 0 || dollar + 1 === by.length) return result + call(slice, by, from);
            result += call(slice, by, from, dollar);
            const next = by[dollar + 1];
            from = dollar + 2;
            if (next === '$') {
              result += '$';
            } else if (next === '&') {
              result += whole;
            } else if (next === '`') {
              result += call(slice, t, 0, position);
            } else if (next === "'") {
              result += call(slice, t, position + whole.length);
            } else if (next >= '0' && next <= '9') {
              const second = by[from];
              const two = second >= '0' && second <= '9' ? Number(next + second) : 0;
              const number = two >= 1 && two < at ? two : Number(next);
              if (number === two && two > 0) from++;
              result += number < 1 || number >= at ? '$' + next : found[number] ?? '';
            } else if (next === '<' && named && call(indexOf, by, '>', from) >= 0) {
              const close = call(indexOf, by, '>', from);
              result += last[call(slice, by, from, close)] ?? '';
              from = close + 1;
            } else {
              result += '$' + next;
            }
          }
        };
        // The replacement; a function, called between two small steps, where it may grow long: the
        // texts before and after a match, as groups that look ahead, are as long as all of it.
        const replacement = (by, t, matches, overlapping) => {
          if (typeof by === 'function') return by;
          const r = `${by}`;
          let dollars = 0, tails = 0;
          for (let at = call(indexOf, r, '$'); at >= 0 && dollars < PIECE;
              at = call(indexOf, r, '$', at + 1)) {
            dollars++;
            if (overlapping || r[at + 1] === '`' || r[at + 1] === "'") tails++;
          }
          const most = matches * (r.length + tails * t.length) + dollars * t.length;
          return dollars < PIECE && most <= COPIED ? r : expand(r);
        };
        const looksAhead = (source) =>
          call(includes, source, '(?=') || call(includes, source, '(?<=');
        const isPlain = (value) => isRegExp(value) && getPrototypeOf(value) === R.prototype &&
          ownKeys(value).length === 1 && typeof value.lastIndex === 'number' &&
          !looksAhead(call(sourceOf, value));
        put(R.prototype, Symbol.replace, (old) => function (t, by) {
          const whole = `${t}`;
          return call(old, this, whole, replacement(by, whole, whole.length + 1, !isPlain(this)));
        });
        for (const [name, symbol] of
          [['replace', Symbol.replace], ['replaceAll', Symbol.replace], ['split', Symbol.split]]) {
          put(P, name, (old) => ({ [name](part, other) {
            if (isObject(part)) {
              const method = part[symbol];
              if (method !== undefined && method !== null) {
                if (name === 'replaceAll' && isRegExp(part) && !`${part.flags}`.includes('g')) {
                  throw new TypeError('replaceAll needs a regular expression with the flag g');
                }
                return call(method, part, this, other);
              }
            }
            const t = text(this);
            if (part === undefined && name === 'split') return call(old, t, part, other);
            const p = `${part}`;
            if (isSlow(t, p)) throw new RangeError('too long to be looked for');
            return call(old, t, p, name === 'split' ? other :
              replacement(other, t, name === 'replace' ? 1 : t.length + 1, false));
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

        // Marks behind a letter are put in order one by one; before these nothing is reordered.
        const begins = (code) => code <= 0x7f || (code >= 0x4e00 && code <= 0x9fff);
        put(P, 'normalize', (old) => ({ normalize(form) {
          const t = text(this), f = form === undefined ? form : `${form}`;
          let result = '';
          for (let at = 0; at < t.length || at === 0;) {
            let end = Math.min(at + PIECE, t.length);
            while (end < t.length && !begins(call(codePointAt, t, end))) end++;
            if (end - at > MARKED) throw new RangeError('too long to be normalized');
            result += call(old, call(slice, t, at, end), f);
            at = end || 1;
          }
          return result;
        } }).normalize);

        const sourceOf = own(R.prototype, 'source').get;
        const isRegExp = (value) => {
          if (!isObject(value) || value === R.prototype) return false;
          try {
            call(sourceOf, value);
            return true;
          } catch {
            return false;
          }
        };
        // Made a text once: what is asked for it twice may give another one.
        const pattern = (value) => {
          if (value === undefined || isRegExp(value)) return value;
          const source = `${isObject(value) && value[match] ? value.source : value}`;
          if (source.length > PATTERN) throw new RangeError('the pattern is too long');
          return source;
        };
        const patternAndFlags = ([value, flags]) =>
          [pattern(value),
            flags === undefined && isObject(value) && value[match] ? value.flags : flags];
        globalThis.RegExp = new Proxy(R, {
          construct: (target, list, made) => Reflect.construct(target, patternAndFlags(list), made),
          apply: (target, self, list) => apply(target, self, patternAndFlags(list)),
        });
        R.prototype.constructor = globalThis.RegExp;
        delete R.prototype.compile;
        Object.freeze(R.prototype);
        for (const [name, symbol] of
          [['match', match], ['matchAll', Symbol.matchAll], ['search', Symbol.search]]) {
          put(P, name, (old) => ({ [name](part) {
            if (isObject(part) && !isRegExp(part)) {
              const method = part[symbol];
              if (method !== undefined && method !== null) return call(method, part, this);
            }
            return call(old, this, pattern(part));
          } })[name]);
        }
        delete globalThis.Proxy;
      })();
      """;
}
