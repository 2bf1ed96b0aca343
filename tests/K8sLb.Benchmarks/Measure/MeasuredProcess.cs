using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace K8sLb.Benchmarks;

/// <summary>A server that is measured: started, waited for, its CPU time and memory read from /proc, ended by pid.</summary>
internal sealed class MeasuredProcess : IDisposable
{
    /// <summary>USER_HZ, which /proc/PID/stat counts in; 100 on every Linux that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    private readonly Process process;

    private MeasuredProcess(Process process) => this.process = process;

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
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text && text.Contains("[ALERT]", StringComparison.Ordinal))
            {
                Console.Error.WriteLine($"{program}: {text}");
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new MeasuredProcess(process);
    }

    /// <summary>CPU time of all threads so far, user and system (proc(5), fields 14 and 15).</summary>
    public TimeSpan CpuTime()
    {
        var stat = File.ReadAllText($"/proc/{process.Id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = Number(fields[11]) + Number(fields[12]);
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    public long ResidentBytes() =>
        File.ReadLines($"/proc/{process.Id}/status")
            .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Select(line => Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024)
            .First();

    /// <exception cref="TimeoutException">It did not listen within 20 seconds.</exception>
    public async Task WaitUntilListening(int port)
    {
        for (var until = DateTime.UtcNow.AddSeconds(20); DateTime.UtcNow < until; await Task.Delay(20))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException(
                    $"{process.StartInfo.FileName} ended with {process.ExitCode} before it listened on {port}"
                );
            }
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) { }
        }
        throw new TimeoutException($"{process.StartInfo.FileName} does not listen on {port}");
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

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
