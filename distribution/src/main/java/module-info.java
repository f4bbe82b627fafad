import org.jspecify.annotations.NullMarked;

/** Cairn distribution: what is needed to put the server together; nothing of it is in the server. */
@NullMarked
module dev.cairn.distribution {
    requires static org.jspecify;
}
