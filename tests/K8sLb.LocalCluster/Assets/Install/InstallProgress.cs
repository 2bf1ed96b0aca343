using System.Diagnostics;

namespace K8sLb.LocalCluster.Assets.Install;

/// <summary>Runs the steps one after the other and says where it is.</summary>
public sealed class InstallProgress(TextWriter output)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(20);

    public async Task RunAsync(
        IReadOnlyList<InstallStep> steps,
        Func<InstallStep, CancellationToken, Task> run,
        CancellationToken ct
    )
    {
        var done = new List<TimeSpan>();
        foreach (var step in steps)
        {
            var clock = Stopwatch.StartNew();
            output.WriteLine($"[{done.Count + 1}/{steps.Count}] {step.Title} ({Left(steps, done, clock)})");
            var work = run(step, ct);
            using var beat = new PeriodicTimer(Every);
            while (await Task.WhenAny(work, beat.WaitForNextTickAsync(ct).AsTask()) != work)
            {
                ct.ThrowIfCancellationRequested();
                output.WriteLine($"      {Text(clock.Elapsed)} so far, {Left(steps, done, clock)}");
            }
            await work;
            done.Add(clock.Elapsed);
            output.WriteLine($"      done in {Text(clock.Elapsed)}");
        }
    }

    public static string Text(TimeSpan time) =>
        time < TimeSpan.FromMinutes(1) ? $"{time.TotalSeconds:0} s" : $"{(int)time.TotalMinutes} min {time.Seconds} s";

    private static string Left(IReadOnlyList<InstallStep> steps, List<TimeSpan> done, Stopwatch clock) =>
        $"about {Text(InstallEstimate.Remaining(steps, done, clock.Elapsed))} left in all";
}
