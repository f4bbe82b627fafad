package dev.cairn.maven;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** A tar file, compressed by gzip, whose bytes depend on nothing but the names and contents that it is given. */
final class TarFile implements AutoCloseable {
    private final TarArchiveOutputStream out;
    private final long seconds;

    TarFile(OutputStream to, Instant time) throws IOException {
        out = new TarArchiveOutputStream(new GZIPOutputStream(new BufferedOutputStream(to)), StandardCharsets.UTF_8.name());
        out.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
        seconds = time.getEpochSecond();
    }

    /** Adds all that is below a folder, under a name that ends with a slash. */
    TarFile tree(String prefix, Path folder) throws IOException {
        for (Path path : FileTree.below(folder)) {
            String name = prefix + folder.relativize(path);
            if (Files.isSymbolicLink(path)) {
                link(name, Files.readSymbolicLink(path).toString());
            } else if (Files.isDirectory(path)) {
                folder(name, FileTree.mode(path), 0);
            } else {
                file(name, FileTree.mode(path), path);
            }
        }
        return this;
    }

    /** Adds a file of another name. */
    TarFile file(String name, int mode, Path content) throws IOException {
        put(new TarArchiveEntry(name), mode, Files.size(content));
        Files.copy(content, out);
        out.closeArchiveEntry();
        return this;
    }

    /** Adds an empty folder of an owner. */
    TarFile folder(String name, int mode, int owner) throws IOException {
        var entry = new TarArchiveEntry(name + "/");
        entry.setIds(owner, owner);
        put(entry, mode, 0);
        out.closeArchiveEntry();
        return this;
    }

    TarFile link(String name, String target) throws IOException {
        var entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
        entry.setLinkName(target);
        put(entry, 0777, 0);
        out.closeArchiveEntry();
        return this;
    }

    TarFile text(String name, int mode, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        put(new TarArchiveEntry(name), mode, bytes.length);
        out.write(bytes);
        out.closeArchiveEntry();
        return this;
    }

    private void put(TarArchiveEntry entry, int mode, long size) throws IOException {
        entry.setMode(mode);
        entry.setSize(size);
        entry.setModTime(seconds * 1000);
        out.putArchiveEntry(entry);
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
