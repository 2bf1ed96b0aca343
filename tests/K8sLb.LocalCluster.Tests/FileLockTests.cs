using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Tests;

public sealed class FileLockTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("k8slb-lock-");

    private string File => Path.Combine(folder.FullName, "sub", "lock");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task The_second_waits_says_so_and_has_its_turn_after_the_first()
    {
        var waiting = new TaskCompletionSource();
        var first = await FileLock.TakeAsync(File);
        var second = FileLock.TakeAsync(File, waiting.SetResult);

        await waiting.Task;
        second.IsCompleted.ShouldBeFalse();
        first.Dispose();

        (await second).Dispose();
    }

    [Fact]
    public async Task A_lock_of_another_program_counts_and_ends_with_it()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        var run = RunDirectory.Create("test", 0);
        var taken = run.Combine("taken");
        run.Start("holder", ["flock", File, "sh", "-c", $"echo >{taken}; exec sleep 600"]);
        await TestKit.Eventually.IsTrue(() => System.IO.File.Exists(taken), "the other program has it");

        var waiting = new TaskCompletionSource();
        var mine = FileLock.TakeAsync(File, waiting.SetResult);
        await waiting.Task;
        await run.DisposeAsync();

        (await mine).Dispose();
    }
}
