using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace K8sLb.Benchmarks;

/// <summary>A server that is measured: started, waited for, its CPU time and memory read, ended by pid.</summary>
internal sealed class MeasuredProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Process process;
    private readonly long startedAt;

    private MeasuredProcess(Process process, long startedAt) => (this.process, this.startedAt) = (process, startedAt);

    /// <summary>It must not start others: one process is the whole contender.</summary>
    public static MeasuredProcess Start(
        string program,
        string[] arguments,
        IDictionary<string, string>? environment = null
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        var startedAt = Stopwatch.GetTimestamp();
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text && (text.Contains("[ALERT]") || text.Contains("[emerg]")))
            {
                Console.Error.WriteLine($"{program}: {text}");
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new MeasuredProcess(process, startedAt);
    }

    public TimeSpan CpuTime() => ProcessClock.CpuTime(process.Id);

    public long ResidentBytes() =>
        File.ReadLines($"/proc/{process.Id}/status")
            .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Select(line =>
                long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)
                * 1024
            )
            .First();

    /// <returns>From its start to its first answer.</returns>
    /// <exception cref="TimeoutException">It answers nothing.</exception>
    public async Task<TimeSpan> WaitUntilReady(int port)
    {
        var buffer = new byte[16 * 1024];
        while (Stopwatch.GetElapsedTime(startedAt) < Patience)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException(
                    $"{process.StartInfo.FileName} ended with {process.ExitCode} before it answered on {port}"
                );
            }
            try
            {
                using var client = new HttpClientSocket(port, "/small");
                client.Get(buffer);
                return Stopwatch.GetElapsedTime(startedAt);
            }
            catch (Exception e) when (e is SocketException or LoadFailedException)
            {
                // A port that opens tells nobody, and this is the step in which the start is measured.
                await Task.Delay(1);
            }
        }
        throw new TimeoutException($"{process.StartInfo.FileName} does not answer on {port}");
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }
        process.Dispose();
    }
}
