import { basename } from 'node:path'
import { fileUrl, invalidType, invalidValue, type Known, optionsObject } from '../../check.ts'
import { type Reference, referenceOf } from '../../threaded/index.ts'
import type { GroupTask } from '../groups/index.ts'
import { exportName, TASK_OPTIONS, type TaskOptions, type ThreadTask } from './task.ts'

type Options = TaskOptions<unknown>
type OptionName = keyof Options
type Given = Readonly<Record<string, unknown>>

/** A task or a threaded function, and options, as they were given to a method. */
export interface Work {
  /** The options of both, not checked. */
  readonly options: Partial<Options>
  /** The name of an option in messages: `options.threads`, or `task.threads`. */
  readonly at: (option: string) => string
  readonly found: Omit<GroupTask, 'threads'>
}

const TASK = 'a task ({ filename, name }), or a function of `threaded(import.meta, fn)`'
const UNTAGGED =
  'a task, or a function of `threaded(import.meta, fn)`; a thread finds no other function, so wrap it'
const KNOWN: Known<Record<string, unknown>> = { filename: true, name: true, ...TASK_OPTIONS }

/** @throws TypeError for an option that is not known, and for a function that threads cannot find */
export function workOf(given: unknown, options: unknown): Work {
  const reference = referenceOf(given)
  if (typeof given === 'function' && reference === undefined) throw invalidType('task', UNTAGGED, given)
  const task = reference === undefined ? taskOf(given) : {}
  const over = optionsOf(options)
  const isOver = (option: string) => reference !== undefined || over[option] !== undefined
  const names = Object.keys(TASK_OPTIONS) as OptionName[]
  return {
    options: Object.fromEntries(
      names.map((name) => [name, over[name] === undefined ? task[name] : over[name]]),
    ) as Partial<Options>,
    at: (option) => `${isOver(option) ? 'options' : 'task'}.${option}`,
    found: reference === undefined ? exported(task as unknown as ThreadTask) : threaded(reference),
  }
}

function taskOf(given: unknown): Given {
  if (typeof given !== 'object' || given === null) throw invalidType('task', TASK, given)
  return checkedNames('task', optionsObject('task', given as Given), KNOWN)
}

function optionsOf(given: unknown): Given {
  const options: Given = optionsObject('options', given as Given | undefined)
  for (const name of ['filename', 'name']) {
    if (options[name] === undefined) continue
    throw invalidValue(`options.${name}`, 'absent: the function is given before the options', options[name])
  }
  return checkedNames('options', options, TASK_OPTIONS as Known<Given>)
}

function checkedNames(of: string, options: Given, known: Known<Given>): Given {
  optionsObject(of, options, known)
  return options
}

function exported({ filename, name }: ThreadTask): Work['found'] {
  const url = fileUrl('task.filename', filename)
  const of = exportName('task.name', name ?? 'default')
  return {
    filename: url,
    target: { kind: 'export', name: of },
    name: of === 'default' ? basename(url) : of,
  }
}

function threaded({ filename, target, label, unknown }: Reference): Work['found'] {
  if (target !== undefined) return { filename, target, name: label }
  const cure = "give it a name: threaded(import.meta, fn, { name: 'parse' })"
  const message = `no thread can find the threaded function '${label}' of ${filename}: ${unknown}; ${cure}`
  throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' })
}
