package dev.cairn.types.list;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.CommandContract;

class ListCommandsContractTest extends CommandContract {
    private static final String ABC = "RPUSH k a b c a";

    @Override
    protected ServerModule module() {
        return new ListModule();
    }

    @Override
    protected List<Example> examples() {
        return List.of(Example.of("LPUSH k a b"), Example.of("LPUSH k a").after(ABC), Example.of("RPUSH k a b"),
                Example.of("RPUSH k 1").after(ABC), Example.of("LPUSHX k a"), Example.of("LPUSHX k a").after(ABC), Example.of("RPUSHX k a"),
                Example.of("RPUSHX k a").after(ABC), Example.of("LPOP k"), Example.of("LPOP k").after(ABC),
                Example.of("LPOP k 2").after(ABC),
                Example.of("LPOP k 0").after(ABC), Example.of("LPOP k 1"), Example.of("LPOP k -1").but(Leeway.OPENS_FEWER_KEYS),
                Example.of("RPOP k").after("RPUSH k 1"), Example.of("RPOP k 10").after(ABC), Example.of("LLEN k"),
                Example.of("LLEN k").after(ABC),
                Example.of("LINDEX k 0"), Example.of("LINDEX k -1").after(ABC), Example.of("LINDEX k 9").after(ABC),
                Example.of("LINSERT k BEFORE b x").after(ABC), Example.of("LINSERT k AFTER b x").after(ABC),
                Example.of("LINSERT k AFTER x x").after(ABC),
                Example.of("LINSERT k AFTER x x"), Example.of("LSET k 0 x").after(ABC), Example.of("LSET k 9 x").after(ABC),
                Example.of("LSET k 0 x"),
                Example.of("LRANGE k 0 -1"), Example.of("LRANGE k 1 2").after(ABC), Example.of("LRANGE k 2 1").after(ABC),
                Example.of("LTRIM k 1 2"),
                Example.of("LTRIM k 1 2").after(ABC), Example.of("LTRIM k 9 9").after(ABC), Example.of("LREM k 0 a").after(ABC),
                Example.of("LREM k -1 a").after(ABC), Example.of("LREM k 0 a"), Example.of("LPOS k a").after(ABC),
                Example.of("LPOS k a RANK -1 COUNT 0 MAXLEN 3").after(ABC), Example.of("LPOS k a COUNT 0"), Example.of("LPOS k a"),
                Example.of("LMOVE k l LEFT RIGHT").after(ABC), Example.of("LMOVE k l LEFT RIGHT").but(Leeway.OPENS_FEWER_KEYS),
                Example.of("LMOVE k k LEFT RIGHT").after(ABC), Example.of("RPOPLPUSH k l").after(ABC),
                Example.of("LMPOP 2 j k LEFT COUNT 2").after(ABC), Example.of("LMPOP 1 k RIGHT"), Example.of("BLPOP j k 0").after(ABC),
                Example.of("BRPOP k 1.5").after(ABC), Example.of("BLMOVE k l LEFT RIGHT 0").after(ABC),
                Example.of("BRPOPLPUSH k l 0").after(ABC),
                Example.of("BLMPOP 0 2 j k LEFT").after(ABC), Example.of("SORT k ALPHA").after(ABC),
                Example.of("SORT k").after("RPUSH k 3 1 2"), Example.of("SORT k BY nosort LIMIT 1 2 GET #").after(ABC),
                Example.of("SORT k"), Example.of("SORT k LIMIT 0 2 STORE l").after("RPUSH k 3 1 2"),
                Example.of("SORT_RO k ALPHA DESC").after(ABC));
    }
}
