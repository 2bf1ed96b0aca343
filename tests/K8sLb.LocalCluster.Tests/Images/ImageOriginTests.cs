using K8sLb.LocalCluster.Images;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Tests.Images;

public sealed class ImageOriginTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("k8slb-origin-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Packages_are_read_from_what_apt_says_of_their_origins()
    {
        const string origins = """
            'http://deb.example/libssl3_3.0.1_amd64.deb' libssl3_1%3a3.0.1+x_amd64.deb 12 SHA256:0A
            'http://deb.example/ca-certificates_1%7edeb_all.deb' ca-certificates_1~deb_all.deb 34

            """;

        DebianPackage
            .Parse(origins)
            .ShouldBe([
                new DebianPackage("ca-certificates", "1~deb", "all", null),
                new DebianPackage("libssl3", "1:3.0.1+x", "amd64", "0a"),
            ]);
    }

    [Fact]
    public void A_distribution_is_named_by_its_number_or_by_its_code_name()
    {
        Distribution.Parse(["NAME=\"Debian\"", "VERSION_ID=\"12\"", "ID=debian"]).ShouldBe(new("debian", "12"));
        Distribution.Parse(["ID=debian", "VERSION_CODENAME=forky"]).ShouldBe(new("debian", "forky"));
    }

    [Fact]
    public async Task The_revision_is_the_last_commit_of_the_sources_and_says_whether_they_differ()
    {
        await Git("init", "--quiet");
        await CommitAsync("source", "one", "@1700000000 +0200");
        await CommitAsync("another", "one", "@1700000060 +0000");

        var clean = await FindAsync();
        File.WriteAllText(Path.Combine(folder.FullName, "source"), "two");
        var changed = await FindAsync();

        clean.Commit.ShouldMatch("^[0-9a-f]{40}$");
        clean.Time.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
        changed.ShouldBe(clean with { Commit = $"{clean.Commit}-dirty" });
    }

    [Fact]
    public async Task Without_git_or_a_commit_there_is_no_revision()
    {
        (await FindAsync()).ShouldBe(SourceRevision.None);

        await Git("init", "--quiet");

        (await FindAsync()).ShouldBe(SourceRevision.None);
    }

    private Task<SourceRevision> FindAsync() => SourceRevision.FindAsync(folder.FullName, ["source"], default);

    private async Task CommitAsync(string file, string text, string time)
    {
        File.WriteAllText(Path.Combine(folder.FullName, file), text);
        await Git("add", file);
        await Command.RunAsync(
            [
                "git",
                "-C",
                folder.FullName,
                "-c",
                "user.name=test",
                "-c",
                "user.email=test@localhost",
                "-c",
                "commit.gpgsign=false",
                "commit",
                "--quiet",
                "-m",
                file,
            ],
            environment: new Dictionary<string, string> { ["GIT_COMMITTER_DATE"] = time }
        );
    }

    private Task<string> Git(params string[] words) => Command.RunAsync(["git", "-C", folder.FullName, .. words]);
}
