package dev.cairn.types.hash;

import java.util.List;

import dev.cairn.api.ServerModule;
import dev.cairn.testkit.CommandContract;

class HashCommandsContractTest extends CommandContract {
    private static final String FILL = "HSET h a 1 b two c 3.5";

    @Override
    protected ServerModule module() {
        return new HashModule();
    }

    private static Example of(String line) {
        return Example.of(line);
    }

    private static Example filled(String line) {
        return Example.of(line).after(FILL);
    }

    @Override
    protected List<Example> examples() {
        String times = "HPEXPIREAT h 4000000000000 FIELDS 1 a";
        return List.of(of("HSET h a 1"), of("HSET h a 1 b"), filled("HSET h a 2 d 4"), of("HMSET h a 1 b 2"), of("HMSET h a 1 b"),
                of("HSETNX h a 1"), filled("HSETNX h a 2"), of("HGET h a"), filled("HGET h a"), filled("HGET h x"), of("HMGET h a b"),
                filled("HMGET h a x c"), of("HDEL h a"), filled("HDEL h a x"), filled("HDEL h a b c"), of("HEXISTS h a"),
                filled("HEXISTS h a"), of("HLEN h"), filled("HLEN h"), of("HSTRLEN h a"), filled("HSTRLEN h b"), of("HINCRBY h a 5"),
                filled("HINCRBY h a 9223372036854775807"), filled("HINCRBY h b 1"), filled("HINCRBY h a x"), of("HINCRBYFLOAT h a 0.5"),
                filled("HINCRBYFLOAT h c 0.1"), filled("HINCRBYFLOAT h b 1"), filled("HINCRBYFLOAT h c x"),
                filled("HINCRBYFLOAT h c inf"), of("HGETALL h"), filled("HGETALL h"), filled("HKEYS h"), of("HKEYS h"),
                filled("HVALS h"), of("HSCAN h 0"), filled("HSCAN h 0"), filled("HSCAN h 0 MATCH a* COUNT 5 NOVALUES"),
                filled("HSCAN h 0 COUNT 0"), filled("HSCAN h x"), of("HRANDFIELD h"), filled("HRANDFIELD h").but(Leeway.VARYING_REPLY),
                of("HRANDFIELD h 3"), filled("HRANDFIELD h 3"), filled("HRANDFIELD h 5 WITHVALUES").but(Leeway.DIFFERS_BY_PROTOCOL),
                filled("HRANDFIELD h -5").but(Leeway.VARYING_REPLY), filled("HRANDFIELD h 0"),
                filled("HRANDFIELD h -4611686018427387905 WITHVALUES"), filled("HRANDFIELD h 1 VALUES"),
                filled("HEXPIRE h 1000 FIELDS 2 a x").but(Leeway.VARYING_REPLY),
                filled("HPEXPIRE h 1000000 NX FIELDS 1 a").but(Leeway.VARYING_REPLY), of("HPEXPIRE h 1000 FIELDS 1 a"),
                filled("HEXPIREAT h 4000000000 FIELDS 1 a"), filled("HEXPIREAT h 1 FIELDS 3 a b c"),
                filled("HPEXPIREAT h 4000000000000 FIELDS 1 a"), filled("HPEXPIREAT h 4000000000000 XX FIELDS 1 a"),
                filled("HEXPIRE h -1 FIELDS 1 a"), filled("HEXPIRE h 1 FIELDS 2 a"), of("HTTL h FIELDS 1 a"),
                of("HTTL h FIELDS 2 a b").after(FILL, times).but(Leeway.VARYING_REPLY),
                of("HPTTL h FIELDS 2 a b").after(FILL, times).but(Leeway.VARYING_REPLY),
                of("HEXPIRETIME h FIELDS 2 a b").after(FILL, times), of("HPEXPIRETIME h FIELDS 2 a b").after(FILL, times),
                of("HPERSIST h FIELDS 3 a b x").after(FILL, times), of("HPERSIST h FIELDS 1 a"), of("HGETEX h FIELDS 1 a"),
                filled("HGETEX h PXAT 4000000000000 FIELDS 2 a x"), of("HGETEX h PERSIST FIELDS 1 a").after(FILL, times),
                filled("HGETEX h EXAT 1 FIELDS 1 a"), filled("HGETEX h EX 100 PX 1 FIELDS 1 a"), of("HSETEX h FIELDS 1 a 1"),
                filled("HSETEX h FNX FIELDS 1 a 1"), filled("HSETEX h FXX PXAT 4000000000000 FIELDS 1 a 1"),
                of("HSETEX h KEEPTTL FIELDS 1 a 1").after(FILL, times), of("HSETEX h EXAT 1 FIELDS 1 a 1"),
                filled("HSETEX h EX 1 PX 1 FIELDS 1 a 1"), of("HGETDEL h FIELDS 1 a"), filled("HGETDEL h FIELDS 2 a x"),
                filled("HGETDEL h FIELDS 3 a b c"));
    }
}
