package dev.cairn.types.string;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.CommandContract;

class StringCommandsContractTest extends CommandContract {
    @Override
    protected ServerModule module() {
        return new StringModule();
    }

    @Override
    protected List<Example> examples() {
        return List.of(
                Example.of("APPEND k v"), Example.of("APPEND k v").after("SET k 12"),
                Example.of("DECR k"), Example.of("DECR k").after("SET k x"), Example.of("DECRBY k 5").after("SET k 7"),
                Example.of("GET k"), Example.of("GET k").after("SET k v"), Example.of("GET k").after("SET k 12"),
                Example.of("GETDEL k").after("SET k v"), Example.of("GETDEL k"),
                Example.of("GETEX k").after("SET k v"), Example.of("GETEX k EX 100").after("SET k v"),
                Example.of("GETEX k PERSIST").after("SET k v EX 100"), Example.of("GETEX k EXAT 1").after("SET k v"),
                Example.of("GETRANGE k 1 -2").after("SET k abcdef"), Example.of("GETRANGE k 0 -1"),
                Example.of("GETSET k w").after("SET k v"), Example.of("GETSET k w"),
                Example.of("INCR k"), Example.of("INCR k").after("SET k 9223372036854775807"), Example.of("INCRBY k -3"),
                Example.of("INCRBY k x"), Example.of("INCRBYFLOAT k 0.1").after("SET k 3"), Example.of("INCRBYFLOAT k x"),
                Example.of("LCS a b").after("MSET a ohmytext b mynewtext"), Example.of("LCS a b LEN").after("MSET a ohmytext b mynewtext"),
                Example.of("LCS a b IDX WITHMATCHLEN").after("MSET a ohmytext b mynewtext"), Example.of("LCS a b IDX LEN"),
                Example.of("MGET a b a").after("MSET a 1 b x"), Example.of("MSET a 1 b 2"), Example.of("MSET a 1 b"),
                Example.of("MSETNX a 1 b 2"), Example.of("MSETNX a 1 b 2").after("SET a 0").but(Leeway.OPENS_FEWER_KEYS),
                Example.of("PSETEX k 100000 v"), Example.of("PSETEX k 0 v"), Example.of("SET k v"),
                Example.of("SET k v NX").after("SET k w"),
                Example.of("SET k v XX"), Example.of("SET k v GET").after("SET k w"), Example.of("SET k v EX 100 KEEPTTL"),
                Example.of("SET k v PX 100000"), Example.of("SET k v EXAT 1"), Example.of("SET k 12 KEEPTTL").after("SET k v EX 100"),
                Example.of("SETEX k 100 v"), Example.of("SETNX k v"), Example.of("SETNX k v").after("SET k w"),
                Example.of("SETRANGE k 3 abc"), Example.of("SETRANGE k 536870912 x"), Example.of("STRLEN k").after("SET k -12"),
                Example.of("STRLEN k"), Example.of("SUBSTR k 0 1").after("SET k abc"));
    }
}
