// What lines4.wasm and lines5.wasm are built from:
//   for version in 4 5; do
//     clang++-22 --target=wasm32 -nostdlib -O2 -g -gdwarf-$version -ffile-prefix-map=$PWD=. -c lines.cpp -o lines.o
//     wasm-ld-22 --no-entry --export=run lines.o -o lines$version.wasm
//   done
namespace shop {

static inline int price(int count) {
  if (count > 100) __builtin_trap();
  return 3 * count;
}

__attribute__((noinline)) int total(int first, int second) {
  return price(first) +
         price(second);
}

}  // namespace shop

extern "C" int run(int count) { return shop::total(count, count + 1) - 1; }
