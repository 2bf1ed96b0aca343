namespace K8sLb.LocalCluster.Processes;

/// <summary>Keeps two programs from doing the same work at once. The system releases it when its holder dies.</summary>
public static class FileLock
{
    /// <summary>Waits for it.</summary>
    /// <param name="waiting">Called once if somebody else has it.</param>
    public static async Task<IDisposable> TakeAsync(string path, Action? waiting = null, CancellationToken ct = default)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var tries = 0; ; tries++)
        {
            try
            {
                // On Unix, FileShare.None is flock(LOCK_EX).
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (tries == 0)
                {
                    waiting?.Invoke();
                }
                // The step of a poll that ct limits: FileStream only tries, it cannot wait for flock.
                await Task.Delay(100, ct);
            }
        }
    }
}
