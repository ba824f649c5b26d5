@echo off
chcp 936 >nul 2>nul
setlocal DisableDelayedExpansion
title 登高
pushd "%~dp0"
if not exist "program\start.py" goto packed
set PY=
call :try py -3.13
call :try py -3.12
call :try py -3.11
call :try python
if defined PY goto run
for %%I in (Python\python-3.1*-amd64.exe) do call :install "%%I"
call :try py -3.13
call :try py -3.12
call :try py -3.11
if defined PY goto run
echo.
echo 没有找到 Python 3.11、3.12 或 3.13（64 位）。
echo 请先装其中之一，或把它的安装程序 python-3.1x.x-amd64.exe
echo 放进本文件夹的 Python 子文件夹，再双击一次。
echo.
pause
exit /b 1

:packed
echo.
echo 请先把压缩包全部解压到一个文件夹，再双击“启动登高”。
echo.
pause
exit /b 1

:try
if defined PY exit /b 0
%* -c "import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13) and sys.maxsize > 2**32))" >nul 2>nul
if not errorlevel 1 set PY=%*
exit /b 0

:install
if defined PY exit /b 0
echo 正在安装 Python（只为本用户）……
%1 /passive InstallAllUsers=0 Include_launcher=1 InstallLauncherAllUsers=0 PrependPath=0 Include_test=0
exit /b 0

:run
%PY% program\start.py %*
set CODE=%ERRORLEVEL%
if not "%~1"=="" exit /b %CODE%
echo.
pause
exit /b %CODE%
