using System.Diagnostics;
using K8sLb.TestKit;

namespace K8sLb.LocalCluster.Processes;

/// <summary>A long-running process of a <see cref="RunDirectory"/>, its output going to a file there.</summary>
public sealed class ChildProcess
{
    private readonly Process process;

    internal ChildProcess(string name, Process process, string logPath)
    {
        Name = name;
        LogPath = logPath;
        this.process = process;
    }

    public string Name { get; }

    public int Id => process.Id;

    /// <summary>Standard output and error.</summary>
    public string LogPath { get; }

    public bool HasExited => process.HasExited;

    /// <summary>SIGKILL; returns once the process is gone.</summary>
    public async Task KillAsync(CancellationToken ct = default)
    {
        process.Kill();
        await process.WaitForExitAsync(ct);
    }

    /// <summary>SIGTERM, unless it has exited.</summary>
    public Task TerminateAsync(CancellationToken ct = default) =>
        HasExited ? Task.CompletedTask : Command.TryAsync(["/bin/sh", "-c", "kill -TERM $0", $"{Id}"], ct: ct);

    public Task WaitForExitAsync(CancellationToken ct = default) => process.WaitForExitAsync(ct);

    /// <exception cref="InvalidOperationException">It has exited; the message holds the end of its log.</exception>
    public void ThrowIfExited()
    {
        if (HasExited)
        {
            throw new InvalidOperationException(
                $"{Name} exited with code {process.ExitCode}. The end of its log:\n{LogTail(15)}"
            );
        }
    }

    /// <summary>Waits for a condition while it runs.</summary>
    /// <exception cref="InvalidOperationException">It has exited; the message holds the end of its log.</exception>
    /// <exception cref="TimeoutException">It was never true; likewise.</exception>
    public async Task WaitUntilAsync(
        Func<CancellationToken, Task<bool>> condition,
        string what,
        TimeSpan limit,
        CancellationToken ct
    )
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct);
        linked.CancelAfter(limit);
        try
        {
            await Eventually.IsTrue(
                async () =>
                {
                    var isTrue = await condition(linked.Token);
                    if (!isTrue)
                    {
                        ThrowIfExited();
                    }
                    return isTrue;
                },
                what,
                limit,
                linked.Token
            );
        }
        catch (Exception e)
            when (e is TimeoutException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new TimeoutException(
                $"{Name}: not within {limit.TotalSeconds:0} s: {what}. The end of its log:\n{LogTail(15)}"
            );
        }
    }

    public string LogTail(int lines) =>
        File.Exists(LogPath) ? string.Join('\n', File.ReadLines(LogPath).TakeLast(lines)) : "(no log)";
}
